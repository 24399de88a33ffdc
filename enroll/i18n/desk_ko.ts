<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en">
<context>
    <name>AccountPage</name>
    <message>
        <source>Erased account</source>
        <translation>삭제된 계정</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>Looks like somebody else here: a second factor is always asked.</source>
        <translation>다른 등록자와 닮아 항상 추가 확인을 요청합니다.</translation>
    </message>
    <message>
        <source>The book still owes {0}: pay it out.</source>
        <translation>장부에 {0}이(가) 남아 있습니다. 지급해 주세요.</translation>
    </message>
    <message>
        <source>Pseudonym</source>
        <translation>가명</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>잔액</translation>
    </message>
    <message>
        <source>Enrolled</source>
        <translation>등록 시각</translation>
    </message>
    <message>
        <source>Consent</source>
        <translation>동의</translation>
    </message>
    <message>
        <source>Erased</source>
        <translation>삭제 시각</translation>
    </message>
    <message>
        <source>Phone number</source>
        <translation>전화번호</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>품질</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>set</source>
        <translation>설정됨</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Pays with</source>
        <translation>결제 방법</translation>
    </message>
    <message>
        <source>face</source>
        <translation>얼굴</translation>
    </message>
    <message>
        <source>phone number and PIN</source>
        <translation>전화번호와 PIN</translation>
    </message>
    <message>
        <source>Most for one payment</source>
        <translation>1회 결제 한도</translation>
    </message>
    <message>
        <source>Most for one day</source>
        <translation>하루 결제 한도</translation>
    </message>
    <message>
        <source>no own limit</source>
        <translation>개인 한도 없음</translation>
    </message>
    <message>
        <source>Top up</source>
        <translation>충전</translation>
    </message>
    <message>
        <source>Edit name or phone</source>
        <translation>이름·전화번호 수정</translation>
    </message>
    <message>
        <source>Set the PIN</source>
        <translation>PIN 설정</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>한도</translation>
    </message>
    <message>
        <source>Renew the face</source>
        <translation>얼굴 다시 등록</translation>
    </message>
    <message>
        <source>Data for the person</source>
        <translation>본인에게 줄 데이터</translation>
    </message>
    <message>
        <source>Erase everything</source>
        <translation>모두 삭제</translation>
    </message>
    <message>
        <source>A manager may do this.</source>
        <translation>관리자만 할 수 있습니다.</translation>
    </message>
    <message>
        <source>Book it</source>
        <translation>장부에 기록</translation>
    </message>
    <message>
        <source>Paid in, in {0}</source>
        <translation>받은 금액({0})</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Six digits, typed by the person; empty takes the PIN away.</source>
        <translation>본인이 직접 입력하는 여섯 자리 숫자입니다. 비워 두면 PIN이 없어집니다.</translation>
    </message>
    <message>
        <source>The same PIN once more</source>
        <translation>같은 PIN을 한 번 더</translation>
    </message>
    <message>
        <source>Empty: no limit of the person&apos;s own.</source>
        <translation>비워 두면 개인 한도가 없습니다.</translation>
    </message>
    <message>
        <source>May pay with the face</source>
        <translation>얼굴로 결제할 수 있음</translation>
    </message>
    <message>
        <source>Write the file</source>
        <translation>파일 쓰기</translation>
    </message>
    <message>
        <source>Everything stored on the person, for them alone.</source>
        <translation>이 사람에 대해 저장된 모든 것이며, 본인에게만 드립니다.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Erase now</source>
        <translation>지금 삭제</translation>
    </message>
    <message>
        <source>The key of {0} is destroyed, and with it name, phone number, PIN and face. This cannot be undone. The payments stay in the book.</source>
        <translation>{0} 님의 키가 파기되며 이름, 전화번호, PIN, 얼굴이 함께 사라집니다. 되돌릴 수 없습니다. 결제 내역은 장부에 남습니다.</translation>
    </message>
</context>
<context>
    <name>CameraPage</name>
    <message>
        <source>Before the camera</source>
        <translation>카메라 앞에서</translation>
    </message>
    <message>
        <source>The camera is starting</source>
        <translation>카메라를 켜는 중입니다</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>No picture is kept. Five poses make one template.</source>
        <translation>사진은 저장되지 않습니다. 다섯 자세로 하나의 템플릿을 만듭니다.</translation>
    </message>
    <message>
        <source>Cannot do this one</source>
        <translation>이 자세는 건너뛰기</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>다시 시작</translation>
    </message>
    <message>
        <source>The camera&apos;s picture, as a mirror</source>
        <translation>거울처럼 보이는 카메라 화면</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>I have checked who this is</source>
        <translation>본인임을 확인했습니다</translation>
    </message>
    <message>
        <source>Open that account</source>
        <translation>그 계정 열기</translation>
    </message>
    <message>
        <source>It is another person, such as a twin</source>
        <translation>쌍둥이처럼 다른 사람입니다</translation>
    </message>
</context>
<context>
    <name>ConsentPage</name>
    <message>
        <source>Consent comes first</source>
        <translation>먼저 동의를 받습니다</translation>
    </message>
    <message>
        <source>Text {0}. No camera is open.</source>
        <translation>동의문 {0}. 카메라는 꺼져 있습니다.</translation>
    </message>
    <message>
        <source>The person has read this and agrees</source>
        <translation>본인이 읽고 동의했습니다</translation>
    </message>
    <message>
        <source>Your staff id</source>
        <translation>직원 번호</translation>
    </message>
    <message>
        <source>Witnessed by {0}</source>
        <translation>입회 직원: {0}</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>DetailsPage</name>
    <message>
        <source>About the person</source>
        <translation>등록할 사람</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Phone number</source>
        <translation>전화번호</translation>
    </message>
    <message>
        <source>PIN of six digits, typed by the person (may be left out)</source>
        <translation>본인이 입력하는 여섯 자리 PIN(생략 가능)</translation>
    </message>
    <message>
        <source>The same PIN once more</source>
        <translation>같은 PIN을 한 번 더</translation>
    </message>
    <message>
        <source>Paid in now, in {0}</source>
        <translation>지금 받은 금액({0})</translation>
    </message>
    <message>
        <source>Most for one payment (empty: no own limit)</source>
        <translation>1회 결제 한도(비우면 없음)</translation>
    </message>
    <message>
        <source>Most for one day (empty: no own limit)</source>
        <translation>하루 결제 한도(비우면 없음)</translation>
    </message>
    <message>
        <source>May pay with the face</source>
        <translation>얼굴로 결제할 수 있음</translation>
    </message>
    <message>
        <source>Whoever does not want that pays with phone number and PIN instead.</source>
        <translation>원하지 않으면 전화번호와 PIN으로 결제합니다.</translation>
    </message>
    <message>
        <source>To the camera</source>
        <translation>카메라로</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>Enrol without a face</source>
        <translation>얼굴 없이 등록</translation>
    </message>
    <message>
        <source>Without the face, a PIN is needed to pay.</source>
        <translation>얼굴을 쓰지 않으면 결제에 PIN이 필요합니다.</translation>
    </message>
    <message>
        <source>Let the person choose one.</source>
        <translation>본인이 PIN을 정하게 해 주세요.</translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message>
        <source>{0} is enrolled</source>
        <translation>{0} 님이 등록되었습니다</translation>
    </message>
    <message>
        <source>Quality of the template, of 100</source>
        <translation>템플릿 품질(100점 만점)</translation>
    </message>
    <message>
        <source>Balance: {0}</source>
        <translation>잔액: {0}</translation>
    </message>
    <message>
        <source>The top-up is entry {0} of the book.</source>
        <translation>충전은 장부의 {0}번 항목입니다.</translation>
    </message>
    <message>
        <source>Pseudonym: {0}</source>
        <translation>가명: {0}</translation>
    </message>
    <message>
        <source>Somebody enrolled here looks alike. Both will be asked for the last digits of their phone number or their PIN.</source>
        <translation>닮은 사람이 이미 등록되어 있습니다. 두 사람 모두 전화번호 끝자리나 PIN을 추가로 입력하게 됩니다.</translation>
    </message>
    <message>
        <source>Open the account</source>
        <translation>계정 열기</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>처음으로</translation>
    </message>
</context>
<context>
    <name>Form</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Sign out</source>
        <translation>로그아웃</translation>
    </message>
</context>
<context>
    <name>SignInPage</name>
    <message>
        <source>Who is at the desk?</source>
        <translation>누가 근무 중인가요?</translation>
    </message>
    <message>
        <source>Staff id</source>
        <translation>직원 번호</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>로그인</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Enrolment desk</source>
        <translation>등록 데스크</translation>
    </message>
    <message>
        <source>A new shopper</source>
        <translation>새 고객</translation>
    </message>
    <message>
        <source>Consent, a few details, and twenty seconds before the camera.</source>
        <translation>동의, 몇 가지 정보, 그리고 카메라 앞에서 20초면 됩니다.</translation>
    </message>
    <message>
        <source>Enrol a shopper</source>
        <translation>고객 등록</translation>
    </message>
    <message>
        <source>Somebody who is enrolled</source>
        <translation>이미 등록된 고객</translation>
    </message>
    <message>
        <source>Phone number, pseudonym, or part of a name</source>
        <translation>전화번호, 가명 또는 이름 일부</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>모두 보기</translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation>감사 기록</translation>
    </message>
    <message>
        <source>Renew keys</source>
        <translation>키 갱신</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>고객</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Phone number</source>
        <translation>전화번호</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Pseudonym</source>
        <translation>가명</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>지금 갱신</translation>
    </message>
    <message>
        <source>After a leak: what leaked matches nothing here any more. A million people take about a minute; if it is stopped, it goes on where it was.</source>
        <translation>유출되었을 때 씁니다. 유출된 것은 더 이상 여기에서 맞지 않습니다. 백만 명에 1분쯤 걸리며, 멈추면 그 자리에서 이어집니다.</translation>
    </message>
    <message>
        <source>Turn every template by a new key</source>
        <translation>모든 템플릿을 새 키로 바꾸기</translation>
    </message>
    <message>
        <source>A new master key</source>
        <translation>새 마스터 키</translation>
    </message>
    <message>
        <source>The keys are new.</source>
        <translation>키를 새로 바꿨습니다.</translation>
    </message>
    <message>
        <source>Nobody was found.</source>
        <translation>찾은 사람이 없습니다.</translation>
    </message>
    <message>
        <source>{0} found; the newest {1} are shown.</source>
        <translation>{0}명을 찾았으며 최근 {1}명을 표시합니다.</translation>
    </message>
    <message>
        <source>active</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>erased</source>
        <translation>삭제됨</translation>
    </message>
</context>
<context>
    <name>TrailPage</name>
    <message>
        <source>Audit trail</source>
        <translation>감사 기록</translation>
    </message>
    <message>
        <source>{0} entries; the chain is whole.</source>
        <translation>{0}개 항목이며 사슬이 온전합니다.</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Time (UTC)</source>
        <translation>시각(UTC)</translation>
    </message>
    <message>
        <source>Staff</source>
        <translation>직원</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>계정</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Look straight into the camera</source>
        <translation>카메라를 똑바로 봐 주세요</translation>
    </message>
    <message>
        <source>Turn your head slowly to your left</source>
        <translation>고개를 천천히 왼쪽으로 돌려 주세요</translation>
    </message>
    <message>
        <source>Turn your head slowly to your right</source>
        <translation>고개를 천천히 오른쪽으로 돌려 주세요</translation>
    </message>
    <message>
        <source>Raise your chin a little</source>
        <translation>턱을 조금 들어 주세요</translation>
    </message>
    <message>
        <source>Lower your chin a little</source>
        <translation>턱을 조금 내려 주세요</translation>
    </message>
    <message>
        <source>Look straight ahead once more</source>
        <translation>다시 한번 똑바로 봐 주세요</translation>
    </message>
    <message>
        <source>Done, thank you</source>
        <translation>끝났습니다. 감사합니다</translation>
    </message>
    <message>
        <source>Stand before the camera, with the face uncovered</source>
        <translation>얼굴을 가리지 말고 카메라 앞에 서 주세요</translation>
    </message>
    <message>
        <source>Only the person who enrols may be in view</source>
        <translation>등록하는 사람만 화면에 있어야 합니다</translation>
    </message>
    <message>
        <source>Move nearer</source>
        <translation>조금 더 가까이 오세요</translation>
    </message>
    <message>
        <source>Move back a little</source>
        <translation>조금 뒤로 가 주세요</translation>
    </message>
    <message>
        <source>Move into the middle of the oval</source>
        <translation>타원 가운데로 오세요</translation>
    </message>
    <message>
        <source>Uncover the whole face and hold still</source>
        <translation>얼굴을 모두 드러내고 가만히 계세요</translation>
    </message>
    <message>
        <source>More light from the front is needed</source>
        <translation>앞쪽이 더 밝아야 합니다</translation>
    </message>
    <message>
        <source>Turn away from the strong light</source>
        <translation>강한 빛을 피해 주세요</translation>
    </message>
    <message>
        <source>Hold still; clean the lens if this stays</source>
        <translation>가만히 계세요. 계속되면 렌즈를 닦아 주세요</translation>
    </message>
    <message>
        <source>Open the eyes, and take off dark glasses</source>
        <translation>눈을 뜨고 짙은 안경은 벗어 주세요</translation>
    </message>
    <message>
        <source>A little further</source>
        <translation>조금만 더</translation>
    </message>
    <message>
        <source>Hold still</source>
        <translation>가만히 계세요</translation>
    </message>
    <message>
        <source>Not judged</source>
        <translation>평가하지 않음</translation>
    </message>
    <message>
        <source>Very good: it will be recognised quickly</source>
        <translation>아주 좋음: 빠르게 인식됩니다</translation>
    </message>
    <message>
        <source>Good enough; better light from the front would help</source>
        <translation>충분함: 앞쪽이 더 밝으면 좋습니다</translation>
    </message>
    <message>
        <source>Weak: enrol again in better light</source>
        <translation>부족함: 더 밝은 곳에서 다시 등록하세요</translation>
    </message>
    <message>
        <source>This person or phone number belongs to {0} already.</source>
        <translation>이 사람 또는 전화번호는 이미 {0}에 등록되어 있습니다.</translation>
    </message>
    <message>
        <source>Another face came before the camera, or the face was lost.</source>
        <translation>다른 얼굴이 나타났거나 얼굴을 놓쳤습니다.</translation>
    </message>
    <message>
        <source>One person stays before the camera from beginning to end; start again.</source>
        <translation>처음부터 끝까지 한 사람만 카메라 앞에 있어야 합니다. 다시 시작하세요.</translation>
    </message>
    <message>
        <source>This looks like a picture or a screen.</source>
        <translation>사진이나 화면처럼 보입니다.</translation>
    </message>
    <message>
        <source>Only the person themselves may be enrolled.</source>
        <translation>본인만 등록할 수 있습니다.</translation>
    </message>
    <message>
        <source>Too few good pictures were seen.</source>
        <translation>쓸 만한 화면이 너무 적었습니다.</translation>
    </message>
    <message>
        <source>Mind the hints under the prompt, and start again.</source>
        <translation>안내 아래의 도움말을 보고 다시 시작하세요.</translation>
    </message>
    <message>
        <source>The pictures would make a weak template.</source>
        <translation>이 화면으로는 템플릿이 부족합니다.</translation>
    </message>
    <message>
        <source>Enrol again in better light from the front.</source>
        <translation>앞쪽을 더 밝게 하고 다시 등록하세요.</translation>
    </message>
    <message>
        <source>Too many wrong PINs.</source>
        <translation>PIN을 너무 많이 틀렸습니다.</translation>
    </message>
    <message>
        <source>Wait a while, or ask a manager for a new PIN.</source>
        <translation>잠시 기다리거나 관리자에게 새 PIN을 요청하세요.</translation>
    </message>
    <message>
        <source>This staff id and PIN do not fit, or may not do this.</source>
        <translation>직원 번호와 PIN이 맞지 않거나 권한이 없습니다.</translation>
    </message>
    <message>
        <source>Try again, or ask a manager.</source>
        <translation>다시 시도하거나 관리자에게 문의하세요.</translation>
    </message>
    <message>
        <source>This is not the face on file.</source>
        <translation>등록된 얼굴과 다릅니다.</translation>
    </message>
    <message>
        <source>A manager who has checked who this is may go on.</source>
        <translation>본인임을 확인한 관리자는 계속할 수 있습니다.</translation>
    </message>
    <message>
        <source>That is not an amount.</source>
        <translation>금액이 아닙니다.</translation>
    </message>
    <message>
        <source>Write digits with a point, such as 12.50.</source>
        <translation>12.50처럼 숫자로 적어 주세요.</translation>
    </message>
    <message>
        <source>A PIN has 6 digits.</source>
        <translation>PIN은 여섯 자리 숫자입니다.</translation>
    </message>
    <message>
        <source>A PIN of one digit only is too easy.</source>
        <translation>같은 숫자만 쓴 PIN은 너무 쉽습니다.</translation>
    </message>
    <message>
        <source>Digits in a row are too easy a PIN.</source>
        <translation>연속된 숫자는 너무 쉽습니다.</translation>
    </message>
    <message>
        <source>The phone number&apos;s digits are too easy a PIN.</source>
        <translation>전화번호에 있는 숫자는 너무 쉽습니다.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>다른 것을 고르세요.</translation>
    </message>
    <message>
        <source>The two PINs differ.</source>
        <translation>두 PIN이 다릅니다.</translation>
    </message>
    <message>
        <source>Type the same six digits twice.</source>
        <translation>같은 여섯 자리를 두 번 입력하세요.</translation>
    </message>
    <message>
        <source>A name has 1 to 80 printable characters.</source>
        <translation>이름은 1자에서 80자까지입니다.</translation>
    </message>
    <message>
        <source>That is not a phone number, nor a pseudonym.</source>
        <translation>전화번호나 가명이 아닙니다.</translation>
    </message>
    <message>
        <source>A phone number has 4 to 15 digits.</source>
        <translation>전화번호는 4자리에서 15자리입니다.</translation>
    </message>
    <message>
        <source>An amount is nothing or more.</source>
        <translation>금액은 0 이상이어야 합니다.</translation>
    </message>
    <message>
        <source>A top-up is more than nothing.</source>
        <translation>충전 금액은 0보다 커야 합니다.</translation>
    </message>
    <message>
        <source>The camera gives no picture.</source>
        <translation>카메라에서 화면이 나오지 않습니다.</translation>
    </message>
    <message>
        <source>Plug it in again and start anew.</source>
        <translation>다시 연결하고 새로 시작하세요.</translation>
    </message>
    <message>
        <source>Nobody agreed yet.</source>
        <translation>아직 동의하지 않았습니다.</translation>
    </message>
</context>
</TS>
