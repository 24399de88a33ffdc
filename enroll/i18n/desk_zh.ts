<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AccountPage</name>
    <message>
        <source>Erased account</source>
        <translation>已删除的账户</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Looks like somebody else here: a second factor is always asked.</source>
        <translation>与其他已登记者相像：付款时总会要求第二重验证。</translation>
    </message>
    <message>
        <source>The book still owes {0}: pay it out.</source>
        <translation>账本上还欠 {0}：请支付给本人。</translation>
    </message>
    <message>
        <source>Pseudonym</source>
        <translation>化名</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>余额</translation>
    </message>
    <message>
        <source>Enrolled</source>
        <translation>登记时间</translation>
    </message>
    <message>
        <source>Consent</source>
        <translation>同意书</translation>
    </message>
    <message>
        <source>Erased</source>
        <translation>删除时间</translation>
    </message>
    <message>
        <source>Phone number</source>
        <translation>电话号码</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>set</source>
        <translation>已设置</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Pays with</source>
        <translation>付款方式</translation>
    </message>
    <message>
        <source>face</source>
        <translation>刷脸</translation>
    </message>
    <message>
        <source>phone number and PIN</source>
        <translation>电话号码和密码</translation>
    </message>
    <message>
        <source>Most for one payment</source>
        <translation>单笔付款上限</translation>
    </message>
    <message>
        <source>Most for one day</source>
        <translation>每日付款上限</translation>
    </message>
    <message>
        <source>no own limit</source>
        <translation>无个人上限</translation>
    </message>
    <message>
        <source>Top up</source>
        <translation>充值</translation>
    </message>
    <message>
        <source>Edit name or phone</source>
        <translation>修改姓名或电话</translation>
    </message>
    <message>
        <source>Set the PIN</source>
        <translation>设置密码</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>限额</translation>
    </message>
    <message>
        <source>Renew the face</source>
        <translation>重新登记面部</translation>
    </message>
    <message>
        <source>Data for the person</source>
        <translation>提供给本人的数据</translation>
    </message>
    <message>
        <source>Erase everything</source>
        <translation>删除全部</translation>
    </message>
    <message>
        <source>A manager may do this.</source>
        <translation>此操作需由经理进行。</translation>
    </message>
    <message>
        <source>Book it</source>
        <translation>记入账本</translation>
    </message>
    <message>
        <source>Paid in, in {0}</source>
        <translation>收款金额（{0}）</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Six digits, typed by the person; empty takes the PIN away.</source>
        <translation>由本人输入六位数字；留空则取消密码。</translation>
    </message>
    <message>
        <source>The same PIN once more</source>
        <translation>再输入一次相同的密码</translation>
    </message>
    <message>
        <source>Empty: no limit of the person&apos;s own.</source>
        <translation>留空表示没有个人上限。</translation>
    </message>
    <message>
        <source>May pay with the face</source>
        <translation>可以刷脸付款</translation>
    </message>
    <message>
        <source>Write the file</source>
        <translation>写入文件</translation>
    </message>
    <message>
        <source>Everything stored on the person, for them alone.</source>
        <translation>所存储的有关此人的全部信息，只提供给本人。</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Erase now</source>
        <translation>立即删除</translation>
    </message>
    <message>
        <source>The key of {0} is destroyed, and with it name, phone number, PIN and face. This cannot be undone. The payments stay in the book.</source>
        <translation>{0} 的密钥将被销毁，姓名、电话号码、密码和面部数据随之消失。此操作无法撤销。付款记录仍保留在账本中。</translation>
    </message>
</context>
<context>
    <name>CameraPage</name>
    <message>
        <source>Before the camera</source>
        <translation>面对摄像头</translation>
    </message>
    <message>
        <source>The camera is starting</source>
        <translation>正在启动摄像头</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>No picture is kept. Five poses make one template.</source>
        <translation>不保存任何照片。五个姿势生成一个模板。</translation>
    </message>
    <message>
        <source>Cannot do this one</source>
        <translation>做不了这个姿势</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>The camera&apos;s picture, as a mirror</source>
        <translation>摄像头画面（镜像）</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>I have checked who this is</source>
        <translation>我已核实其身份</translation>
    </message>
    <message>
        <source>Open that account</source>
        <translation>打开该账户</translation>
    </message>
    <message>
        <source>It is another person, such as a twin</source>
        <translation>是另一个人，例如双胞胎</translation>
    </message>
</context>
<context>
    <name>ConsentPage</name>
    <message>
        <source>Consent comes first</source>
        <translation>首先征得同意</translation>
    </message>
    <message>
        <source>Text {0}. No camera is open.</source>
        <translation>文本 {0}。摄像头未开启。</translation>
    </message>
    <message>
        <source>The person has read this and agrees</source>
        <translation>本人已阅读并同意</translation>
    </message>
    <message>
        <source>Your staff id</source>
        <translation>您的员工编号</translation>
    </message>
    <message>
        <source>Witnessed by {0}</source>
        <translation>见证人：{0}</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>DetailsPage</name>
    <message>
        <source>About the person</source>
        <translation>登记人信息</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Phone number</source>
        <translation>电话号码</translation>
    </message>
    <message>
        <source>PIN of six digits, typed by the person (may be left out)</source>
        <translation>由本人输入的六位密码（可不填）</translation>
    </message>
    <message>
        <source>The same PIN once more</source>
        <translation>再输入一次相同的密码</translation>
    </message>
    <message>
        <source>Paid in now, in {0}</source>
        <translation>现在收款（{0}）</translation>
    </message>
    <message>
        <source>Most for one payment (empty: no own limit)</source>
        <translation>单笔付款上限（留空则无）</translation>
    </message>
    <message>
        <source>Most for one day (empty: no own limit)</source>
        <translation>每日付款上限（留空则无）</translation>
    </message>
    <message>
        <source>May pay with the face</source>
        <translation>可以刷脸付款</translation>
    </message>
    <message>
        <source>Whoever does not want that pays with phone number and PIN instead.</source>
        <translation>不愿刷脸者可用电话号码和密码付款。</translation>
    </message>
    <message>
        <source>To the camera</source>
        <translation>前往摄像头</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Enrol without a face</source>
        <translation>不刷脸登记</translation>
    </message>
    <message>
        <source>Without the face, a PIN is needed to pay.</source>
        <translation>不使用面部时，付款需要密码。</translation>
    </message>
    <message>
        <source>Let the person choose one.</source>
        <translation>请本人设置一个密码。</translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message>
        <source>{0} is enrolled</source>
        <translation>{0} 已登记</translation>
    </message>
    <message>
        <source>Quality of the template, of 100</source>
        <translation>模板质量（满分 100）</translation>
    </message>
    <message>
        <source>Balance: {0}</source>
        <translation>余额：{0}</translation>
    </message>
    <message>
        <source>The top-up is entry {0} of the book.</source>
        <translation>充值为账本第 {0} 条记录。</translation>
    </message>
    <message>
        <source>Pseudonym: {0}</source>
        <translation>化名：{0}</translation>
    </message>
    <message>
        <source>Somebody enrolled here looks alike. Both will be asked for the last digits of their phone number or their PIN.</source>
        <translation>已登记者中有人与其相像。两人付款时都需输入电话号码末几位或密码。</translation>
    </message>
    <message>
        <source>Open the account</source>
        <translation>打开账户</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>回到开始</translation>
    </message>
</context>
<context>
    <name>Form</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
</context>
<context>
    <name>SignInPage</name>
    <message>
        <source>Who is at the desk?</source>
        <translation>谁在服务台？</translation>
    </message>
    <message>
        <source>Staff id</source>
        <translation>员工编号</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Enrolment desk</source>
        <translation>登记台</translation>
    </message>
    <message>
        <source>A new shopper</source>
        <translation>新顾客</translation>
    </message>
    <message>
        <source>Consent, a few details, and twenty seconds before the camera.</source>
        <translation>同意、几项信息，再在摄像头前二十秒即可。</translation>
    </message>
    <message>
        <source>Enrol a shopper</source>
        <translation>登记顾客</translation>
    </message>
    <message>
        <source>Somebody who is enrolled</source>
        <translation>已登记的顾客</translation>
    </message>
    <message>
        <source>Phone number, pseudonym, or part of a name</source>
        <translation>电话号码、化名或姓名的一部分</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation>审计记录</translation>
    </message>
    <message>
        <source>Renew keys</source>
        <translation>更新密钥</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Phone number</source>
        <translation>电话号码</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Pseudonym</source>
        <translation>化名</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>立即更新</translation>
    </message>
    <message>
        <source>After a leak: what leaked matches nothing here any more. A million people take about a minute; if it is stopped, it goes on where it was.</source>
        <translation>用于泄露之后：泄露的数据在此不再匹配。一百万人约需一分钟；若中断，会从停下处继续。</translation>
    </message>
    <message>
        <source>Turn every template by a new key</source>
        <translation>用新密钥转换所有模板</translation>
    </message>
    <message>
        <source>A new master key</source>
        <translation>新的主密钥</translation>
    </message>
    <message>
        <source>The keys are new.</source>
        <translation>密钥已更新。</translation>
    </message>
    <message>
        <source>Nobody was found.</source>
        <translation>没有找到任何人。</translation>
    </message>
    <message>
        <source>{0} found; the newest {1} are shown.</source>
        <translation>找到 {0} 人，显示最近 {1} 人。</translation>
    </message>
    <message>
        <source>active</source>
        <translation>有效</translation>
    </message>
    <message>
        <source>erased</source>
        <translation>已删除</translation>
    </message>
</context>
<context>
    <name>TrailPage</name>
    <message>
        <source>Audit trail</source>
        <translation>审计记录</translation>
    </message>
    <message>
        <source>{0} entries; the chain is whole.</source>
        <translation>共 {0} 条，链条完整。</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Time (UTC)</source>
        <translation>时间（UTC）</translation>
    </message>
    <message>
        <source>Staff</source>
        <translation>员工</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>账户</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Look straight into the camera</source>
        <translation>请正视摄像头</translation>
    </message>
    <message>
        <source>Turn your head slowly to your left</source>
        <translation>请慢慢向左转头</translation>
    </message>
    <message>
        <source>Turn your head slowly to your right</source>
        <translation>请慢慢向右转头</translation>
    </message>
    <message>
        <source>Raise your chin a little</source>
        <translation>请稍微抬起下巴</translation>
    </message>
    <message>
        <source>Lower your chin a little</source>
        <translation>请稍微低下下巴</translation>
    </message>
    <message>
        <source>Look straight ahead once more</source>
        <translation>请再次正视前方</translation>
    </message>
    <message>
        <source>Done, thank you</source>
        <translation>完成，谢谢</translation>
    </message>
    <message>
        <source>Stand before the camera, with the face uncovered</source>
        <translation>请站到摄像头前，不要遮住面部</translation>
    </message>
    <message>
        <source>Only the person who enrols may be in view</source>
        <translation>画面中只能有登记者本人</translation>
    </message>
    <message>
        <source>Move nearer</source>
        <translation>请靠近一点</translation>
    </message>
    <message>
        <source>Move back a little</source>
        <translation>请后退一点</translation>
    </message>
    <message>
        <source>Move into the middle of the oval</source>
        <translation>请移到椭圆中央</translation>
    </message>
    <message>
        <source>Uncover the whole face and hold still</source>
        <translation>请露出整个面部并保持不动</translation>
    </message>
    <message>
        <source>More light from the front is needed</source>
        <translation>正面需要更多光线</translation>
    </message>
    <message>
        <source>Turn away from the strong light</source>
        <translation>请避开强光</translation>
    </message>
    <message>
        <source>Hold still; clean the lens if this stays</source>
        <translation>请保持不动；若仍如此请清洁镜头</translation>
    </message>
    <message>
        <source>Open the eyes, and take off dark glasses</source>
        <translation>请睁开眼睛，摘下深色眼镜</translation>
    </message>
    <message>
        <source>A little further</source>
        <translation>再多一点</translation>
    </message>
    <message>
        <source>Hold still</source>
        <translation>请保持不动</translation>
    </message>
    <message>
        <source>Not judged</source>
        <translation>未评定</translation>
    </message>
    <message>
        <source>Very good: it will be recognised quickly</source>
        <translation>很好：能够快速识别</translation>
    </message>
    <message>
        <source>Good enough; better light from the front would help</source>
        <translation>合格：正面光线更好会更佳</translation>
    </message>
    <message>
        <source>Weak: enrol again in better light</source>
        <translation>较弱：请在更好的光线下重新登记</translation>
    </message>
    <message>
        <source>This person or phone number belongs to {0} already.</source>
        <translation>此人或此电话号码已属于 {0}。</translation>
    </message>
    <message>
        <source>Another face came before the camera, or the face was lost.</source>
        <translation>镜头前出现了另一张面孔，或面部丢失。</translation>
    </message>
    <message>
        <source>One person stays before the camera from beginning to end; start again.</source>
        <translation>自始至终只能一人在摄像头前；请重新开始。</translation>
    </message>
    <message>
        <source>This looks like a picture or a screen.</source>
        <translation>这看起来像照片或屏幕。</translation>
    </message>
    <message>
        <source>Only the person themselves may be enrolled.</source>
        <translation>只能登记本人。</translation>
    </message>
    <message>
        <source>Too few good pictures were seen.</source>
        <translation>合格的画面太少。</translation>
    </message>
    <message>
        <source>Mind the hints under the prompt, and start again.</source>
        <translation>请留意提示下方的说明，重新开始。</translation>
    </message>
    <message>
        <source>The pictures would make a weak template.</source>
        <translation>这些画面生成的模板会较弱。</translation>
    </message>
    <message>
        <source>Enrol again in better light from the front.</source>
        <translation>请在正面光线更好处重新登记。</translation>
    </message>
    <message>
        <source>Too many wrong PINs.</source>
        <translation>密码错误次数过多。</translation>
    </message>
    <message>
        <source>Wait a while, or ask a manager for a new PIN.</source>
        <translation>请稍候，或请经理重设密码。</translation>
    </message>
    <message>
        <source>This staff id and PIN do not fit, or may not do this.</source>
        <translation>员工编号与密码不符，或无权进行此操作。</translation>
    </message>
    <message>
        <source>Try again, or ask a manager.</source>
        <translation>请重试，或询问经理。</translation>
    </message>
    <message>
        <source>This is not the face on file.</source>
        <translation>这不是已登记的面孔。</translation>
    </message>
    <message>
        <source>A manager who has checked who this is may go on.</source>
        <translation>经理核实身份后可以继续。</translation>
    </message>
    <message>
        <source>That is not an amount.</source>
        <translation>这不是金额。</translation>
    </message>
    <message>
        <source>Write digits with a point, such as 12.50.</source>
        <translation>请用数字和小数点书写，例如 12.50。</translation>
    </message>
    <message>
        <source>A PIN has 6 digits.</source>
        <translation>密码为六位数字。</translation>
    </message>
    <message>
        <source>A PIN of one digit only is too easy.</source>
        <translation>只用一个数字的密码太简单。</translation>
    </message>
    <message>
        <source>Digits in a row are too easy a PIN.</source>
        <translation>连续数字的密码太简单。</translation>
    </message>
    <message>
        <source>The phone number&apos;s digits are too easy a PIN.</source>
        <translation>用电话号码中的数字做密码太简单。</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>请另选一个。</translation>
    </message>
    <message>
        <source>The two PINs differ.</source>
        <translation>两次输入的密码不同。</translation>
    </message>
    <message>
        <source>Type the same six digits twice.</source>
        <translation>请两次输入相同的六位数字。</translation>
    </message>
    <message>
        <source>A name has 1 to 80 printable characters.</source>
        <translation>姓名为 1 到 80 个可显示字符。</translation>
    </message>
    <message>
        <source>That is not a phone number, nor a pseudonym.</source>
        <translation>这不是电话号码，也不是化名。</translation>
    </message>
    <message>
        <source>A phone number has 4 to 15 digits.</source>
        <translation>电话号码为 4 到 15 位数字。</translation>
    </message>
    <message>
        <source>An amount is nothing or more.</source>
        <translation>金额不能小于零。</translation>
    </message>
    <message>
        <source>A top-up is more than nothing.</source>
        <translation>充值金额须大于零。</translation>
    </message>
    <message>
        <source>The camera gives no picture.</source>
        <translation>摄像头没有画面。</translation>
    </message>
    <message>
        <source>Plug it in again and start anew.</source>
        <translation>请重新插好并从头开始。</translation>
    </message>
    <message>
        <source>Nobody agreed yet.</source>
        <translation>尚未有人同意。</translation>
    </message>
</context>
</TS>
