<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en">
<context>
    <name>AttractPage</name>
    <message>
        <source>Pay with a look</source>
        <translation>얼굴로 결제하세요</translation>
    </message>
    <message>
        <source>Fill your cart, look at the camera, done. No card, no phone.</source>
        <translation>상품을 담고 카메라를 보면 끝. 카드도 휴대폰도 필요 없어요.</translation>
    </message>
    <message>
        <source>You enrol once, at the desk. The camera&apos;s pictures are never kept.</source>
        <translation>안내 데스크에서 한 번만 등록하면 됩니다. 카메라 영상은 저장하지 않습니다.</translation>
    </message>
    <message>
        <source>Touch to start</source>
        <translation>화면을 눌러 시작하세요</translation>
    </message>
</context>
<context>
    <name>CartPage</name>
    <message>
        <source>What would you like?</source>
        <translation>무엇을 드릴까요?</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>검색</translation>
    </message>
    <message>
        <source>Nothing on the shelf has these letters.</source>
        <translation>찾으시는 상품이 없습니다.</translation>
    </message>
    <message>
        <source>Show more</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Type a few letters</source>
        <translation>초성 몇 자를 눌러 주세요</translation>
    </message>
    <message>
        <source>Nothing in it yet. Touch a product to add it.</source>
        <translation>아직 담은 상품이 없습니다. 상품을 눌러 담아 주세요.</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>결제하기</translation>
    </message>
    <message>
        <source>Your cart</source>
        <translation>장바구니</translation>
    </message>
    <message>
        <source>Enter a coupon</source>
        <translation>쿠폰 입력</translation>
    </message>
    <message>
        <source>Clear the cart</source>
        <translation>장바구니 비우기</translation>
    </message>
    <message>
        <source>Leave and start over</source>
        <translation>나가고 처음으로</translation>
    </message>
    <message>
        <source>Pay {amount}</source>
        <translation>{amount} 결제하기</translation>
    </message>
</context>
<context>
    <name>CodeSheet</name>
    <message>
        <source>Type the code on your coupon</source>
        <translation>쿠폰에 적힌 코드를 입력해 주세요</translation>
    </message>
    <message>
        <source>Use the coupon</source>
        <translation>쿠폰 사용하기</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>ConfirmPage</name>
    <message>
        <source>Is this you?</source>
        <translation>본인이 맞으신가요?</translation>
    </message>
    <message>
        <source>No, that is not me</source>
        <translation>아니요, 제가 아니에요</translation>
    </message>
    <message>
        <source>Hello, {name}</source>
        <translation>{name} 님, 안녕하세요</translation>
    </message>
    <message>
        <source>Yes, pay {amount}</source>
        <translation>네, {amount} 결제할게요</translation>
    </message>
</context>
<context>
    <name>DisplaySheet</name>
    <message>
        <source>Text size</source>
        <translation>글자 크기</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>보통</translation>
    </message>
    <message>
        <source>Large</source>
        <translation>크게</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>가장 크게</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>색상</translation>
    </message>
    <message>
        <source>Calm</source>
        <translation>기본</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>고대비</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>소리</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끄기</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>작게</translation>
    </message>
    <message>
        <source>Loud</source>
        <translation>크게</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>FacePage</name>
    <message>
        <source>Cancel and keep my cart</source>
        <translation>취소하고 장바구니 유지</translation>
    </message>
    <message>
        <source>Phone number and PIN</source>
        <translation>전화번호와 PIN</translation>
    </message>
    <message>
        <source>Step {now} of {total}</source>
        <translation>{total}단계 중 {now}단계</translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation>준비하고 있습니다</translation>
    </message>
    <message>
        <source>Your mirror: {done} of {total} steps done</source>
        <translation>거울 화면: {total}단계 중 {done}단계 완료</translation>
    </message>
    <message>
        <source>Good, just like that.</source>
        <translation>좋아요, 그대로 계세요.</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>DEMO</source>
        <translation>체험</translation>
    </message>
    <message>
        <source>All languages</source>
        <translation>모든 언어</translation>
    </message>
    <message>
        <source>Lower the controls</source>
        <translation>화면 낮추기</translation>
    </message>
    <message>
        <source>Text and colours</source>
        <translation>글자와 색상</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>직원 호출</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>DEMO: no money moves</source>
        <translation>체험용: 실제로 결제되지 않습니다</translation>
    </message>
</context>
<context>
    <name>HelpPage</name>
    <message>
        <source>We are coming to you</source>
        <translation>직원이 곧 도와드리겠습니다</translation>
    </message>
    <message>
        <source>Our staff can take your payment another way, top up your balance, or enrol you.</source>
        <translation>직원이 다른 방법으로 결제를 받거나, 잔액을 충전하거나, 등록을 도와드립니다.</translation>
    </message>
    <message>
        <source>Back to where I was</source>
        <translation>이전 화면으로</translation>
    </message>
    <message>
        <source>Your cart is kept: {items}, {amount}.</source>
        <translation>장바구니는 그대로 있습니다: {items}, {amount}.</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Delete a letter</source>
        <translation>한 글자 지우기</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>LanguagePage</name>
    <message>
        <source>Choose your language</source>
        <translation>언어를 선택해 주세요</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>NoStaffSheet</name>
    <message>
        <source>There are no staff accounts yet</source>
        <translation>아직 직원 계정이 없습니다</translation>
    </message>
    <message>
        <source>Without one nobody can open the settings or leave the kiosk here. Make one at the desk, and hold the shop&apos;s name again.</source>
        <translation>직원 계정이 없으면 여기서 설정을 열거나 키오스크를 끝낼 수 없습니다. 안내 데스크에서 계정을 만든 뒤 상호를 다시 길게 눌러 주세요.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>OrderLines</name>
    <message>
        <source>{price} each</source>
        <translation>개당 {price}</translation>
    </message>
    <message>
        <source>One more {name}</source>
        <translation>{name} 한 개 추가</translation>
    </message>
    <message>
        <source>One {name} less</source>
        <translation>{name} 한 개 빼기</translation>
    </message>
    <message>
        <source>Take {name} out of the cart</source>
        <translation>{name} 장바구니에서 빼기</translation>
    </message>
</context>
<context>
    <name>PadPage</name>
    <message>
        <source>OK</source>
        <translation>확인</translation>
    </message>
    <message>
        <source>Pay another way</source>
        <translation>다른 방법으로 결제</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>직원 호출</translation>
    </message>
    <message>
        <source>Delete a digit</source>
        <translation>한 자리 지우기</translation>
    </message>
    <message>
        <source>{count} digits typed</source>
        <translation>{count}자리 입력됨</translation>
    </message>
    <message>
        <source>One moment please</source>
        <translation>잠시만 기다려 주세요</translation>
    </message>
    <message>
        <source>The last 4 digits of your phone number</source>
        <translation>전화번호 뒤 4자리</translation>
    </message>
    <message>
        <source>Your PIN</source>
        <translation>PIN 번호</translation>
    </message>
    <message>
        <source>Your phone number</source>
        <translation>전화번호</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>1 item</source>
        <translation>1개</translation>
    </message>
    <message>
        <source>{count} items</source>
        <translation>{count}개</translation>
    </message>
</context>
<context>
    <name>PausedSheet</name>
    <message>
        <source>This till is closed</source>
        <translation>이 계산대는 닫혔습니다</translation>
    </message>
    <message>
        <source>Please go to another one.</source>
        <translation>다른 계산대를 이용해 주세요.</translation>
    </message>
    <message>
        <source>Staff</source>
        <translation>직원</translation>
    </message>
</context>
<context>
    <name>PayPage</name>
    <message>
        <source>How would you like to pay?</source>
        <translation>어떻게 결제하시겠어요?</translation>
    </message>
    <message>
        <source>Pay with my face</source>
        <translation>얼굴로 결제</translation>
    </message>
    <message>
        <source>Look at the camera and make a few small movements. No picture is kept.</source>
        <translation>카메라를 보고 간단한 동작을 해 주세요. 사진은 저장하지 않습니다.</translation>
    </message>
    <message>
        <source>Phone number and PIN</source>
        <translation>전화번호와 PIN</translation>
    </message>
    <message>
        <source>The number you enrolled with, and your PIN. No camera.</source>
        <translation>등록하신 번호와 PIN을 입력합니다. 카메라를 쓰지 않습니다.</translation>
    </message>
    <message>
        <source>Pay with our staff</source>
        <translation>직원에게 결제</translation>
    </message>
    <message>
        <source>We come to you. You can pay another way, or top up your balance.</source>
        <translation>직원이 찾아갑니다. 다른 방법으로 결제하거나 잔액을 충전하실 수 있습니다.</translation>
    </message>
    <message>
        <source>Back to the cart</source>
        <translation>장바구니로 돌아가기</translation>
    </message>
</context>
<context>
    <name>PayingPage</name>
    <message>
        <source>Paying</source>
        <translation>결제하고 있습니다</translation>
    </message>
    <message>
        <source>{amount}, one moment please</source>
        <translation>{amount}, 잠시만 기다려 주세요</translation>
    </message>
</context>
<context>
    <name>ReceiptPage</name>
    <message>
        <source>DEMO: no money was moved</source>
        <translation>체험용: 결제되지 않았습니다</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>영수증</translation>
    </message>
    <message>
        <source>Paid. Thank you!</source>
        <translation>결제되었습니다. 감사합니다!</translation>
    </message>
    <message>
        <source>Photograph the code: it is your receipt, and proof of it.</source>
        <translation>코드를 촬영해 두세요. 영수증이자 결제 증명입니다.</translation>
    </message>
    <message>
        <source>The receipt as a QR code</source>
        <translation>영수증 QR 코드</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>영수증 출력</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>It was not printed. The code above is your receipt all the same.</source>
        <translation>출력되지 않았습니다. 위 코드가 영수증입니다.</translation>
    </message>
    <message>
        <source>Entry {index}, receipt {id}</source>
        <translation>기록 {index}번, 영수증 {id}</translation>
    </message>
</context>
<context>
    <name>Refusal</name>
    <message>
        <source>No face could be seen.</source>
        <translation>얼굴이 보이지 않았습니다.</translation>
    </message>
    <message>
        <source>Stand before the camera, look into it, and try again.</source>
        <translation>카메라 앞에 서서 카메라를 보고 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>More than one face was before the camera.</source>
        <translation>카메라 앞에 두 명 이상이 있었습니다.</translation>
    </message>
    <message>
        <source>Come to the till one at a time, and try again.</source>
        <translation>한 분씩 서서 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The face was too far away.</source>
        <translation>얼굴이 너무 멀었습니다.</translation>
    </message>
    <message>
        <source>Come nearer and try again.</source>
        <translation>더 가까이 와서 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>It was too dark to see the face.</source>
        <translation>너무 어두워 얼굴이 보이지 않았습니다.</translation>
    </message>
    <message>
        <source>Turn towards the light and try again.</source>
        <translation>밝은 쪽을 향하고 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The light was too bright.</source>
        <translation>빛이 너무 밝았습니다.</translation>
    </message>
    <message>
        <source>Turn away from the light and try again.</source>
        <translation>강한 빛을 피해서 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The picture was blurred.</source>
        <translation>화면이 흐렸습니다.</translation>
    </message>
    <message>
        <source>Hold still for a moment and try again.</source>
        <translation>잠시 움직이지 말고 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The face did not move as a living one does.</source>
        <translation>실제 얼굴의 움직임이 확인되지 않았습니다.</translation>
    </message>
    <message>
        <source>Pay in person: pictures and recordings are not taken.</source>
        <translation>본인이 직접 결제해 주세요. 사진이나 영상은 인정되지 않습니다.</translation>
    </message>
    <message>
        <source>The face looked like a picture or a screen.</source>
        <translation>얼굴이 사진이나 화면처럼 보였습니다.</translation>
    </message>
    <message>
        <source>Pay in person, without anything before your face, or ask the staff.</source>
        <translation>얼굴을 가리지 말고 본인이 직접 결제하시거나 직원에게 문의해 주세요.</translation>
    </message>
    <message>
        <source>The face moved as a flat picture does.</source>
        <translation>얼굴이 평면 사진처럼 움직였습니다.</translation>
    </message>
    <message>
        <source>The same moments were shown again.</source>
        <translation>같은 장면이 반복되었습니다.</translation>
    </message>
    <message>
        <source>The camera gave too few pictures a second to follow a movement.</source>
        <translation>카메라가 느려 동작을 확인할 수 없습니다.</translation>
    </message>
    <message>
        <source>Call the staff, who see more in `facetill doctor`, or pay another way.</source>
        <translation>직원을 불러 주시거나 다른 방법으로 결제해 주세요. 직원은 `facetill doctor`에서 확인할 수 있습니다.</translation>
    </message>
    <message>
        <source>The screen&apos;s light was not seen on the face.</source>
        <translation>얼굴에 비친 화면 빛이 확인되지 않았습니다.</translation>
    </message>
    <message>
        <source>Come nearer, away from bright light, and try again.</source>
        <translation>밝은 빛을 피해 더 가까이 와서 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The asked movement was not seen in time.</source>
        <translation>요청한 동작이 제시간에 확인되지 않았습니다.</translation>
    </message>
    <message>
        <source>Try again, and do what the screen asks within a few seconds.</source>
        <translation>다시 시도하고 몇 초 안에 화면의 안내대로 해 주세요.</translation>
    </message>
    <message>
        <source>Another movement was seen than the one that was asked.</source>
        <translation>요청과 다른 동작이 확인되었습니다.</translation>
    </message>
    <message>
        <source>Try again, and do only what the screen asks.</source>
        <translation>다시 시도하고 화면의 안내대로만 해 주세요.</translation>
    </message>
    <message>
        <source>The face left the picture.</source>
        <translation>얼굴이 화면에서 벗어났습니다.</translation>
    </message>
    <message>
        <source>Stay before the camera until the end, and try again.</source>
        <translation>끝날 때까지 카메라 앞에 계시고 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The face changed in the middle.</source>
        <translation>도중에 얼굴이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>One person has to stay before the camera from beginning to end; try again.</source>
        <translation>처음부터 끝까지 한 분만 카메라 앞에 계셔야 합니다. 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The picture stopped for a moment.</source>
        <translation>화면이 잠시 멈췄습니다.</translation>
    </message>
    <message>
        <source>Try again, or call the staff.</source>
        <translation>다시 시도하시거나 직원을 불러 주세요.</translation>
    </message>
    <message>
        <source>That took too long.</source>
        <translation>시간이 초과되었습니다.</translation>
    </message>
    <message>
        <source>The recording ended before the check was done.</source>
        <translation>확인이 끝나기 전에 녹화가 끝났습니다.</translation>
    </message>
    <message>
        <source>Use a longer one, or a camera.</source>
        <translation>더 긴 녹화나 카메라를 사용해 주세요.</translation>
    </message>
    <message>
        <source>The camera gives no picture.</source>
        <translation>카메라 화면이 나오지 않습니다.</translation>
    </message>
    <message>
        <source>Call the staff; your cart is kept.</source>
        <translation>직원을 불러 주세요. 장바구니는 그대로 있습니다.</translation>
    </message>
    <message>
        <source>This face has no account here.</source>
        <translation>등록되지 않은 얼굴입니다.</translation>
    </message>
    <message>
        <source>Ask the staff to enrol you, or pay another way.</source>
        <translation>직원에게 등록을 요청하시거나 다른 방법으로 결제해 주세요.</translation>
    </message>
    <message>
        <source>This face is too like that of another account.</source>
        <translation>다른 회원의 얼굴과 너무 비슷합니다.</translation>
    </message>
    <message>
        <source>Ask the staff; a face alone is not enough here.</source>
        <translation>직원에게 문의해 주세요. 얼굴만으로는 결제할 수 없습니다.</translation>
    </message>
    <message>
        <source>Too many tries failed one after another.</source>
        <translation>여러 번 연속으로 실패했습니다.</translation>
    </message>
    <message>
        <source>Wait a minute, or call the staff.</source>
        <translation>1분 정도 기다리시거나 직원을 불러 주세요.</translation>
    </message>
    <message>
        <source>This payment needs more than a face.</source>
        <translation>이 결제는 얼굴만으로는 할 수 없습니다.</translation>
    </message>
    <message>
        <source>Give the last digits of your phone number, or your PIN.</source>
        <translation>전화번호 뒷자리나 PIN을 입력해 주세요.</translation>
    </message>
    <message>
        <source>These digits do not belong to this face.</source>
        <translation>이 얼굴의 전화번호와 맞지 않습니다.</translation>
    </message>
    <message>
        <source>Try again with the last 4 digits of your own phone number.</source>
        <translation>본인 전화번호 뒤 4자리로 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>The phone number or the PIN was not right.</source>
        <translation>전화번호 또는 PIN이 맞지 않습니다.</translation>
    </message>
    <message>
        <source>Try again, or ask the staff to set a new PIN.</source>
        <translation>다시 시도하시거나 직원에게 PIN 재설정을 요청해 주세요.</translation>
    </message>
    <message>
        <source>This payment needs a PIN, and your account has none yet.</source>
        <translation>이 결제에는 PIN이 필요하지만 아직 설정되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Ask the staff to set one, or pay them in person.</source>
        <translation>직원에게 PIN 설정을 요청하시거나 직원에게 직접 결제해 주세요.</translation>
    </message>
    <message>
        <source>This amount is more than a face may pay here.</source>
        <translation>여기서 얼굴로 결제할 수 있는 금액을 넘었습니다.</translation>
    </message>
    <message>
        <source>Take something out of the cart, or pay the staff in person.</source>
        <translation>장바구니에서 일부를 빼시거나 직원에게 직접 결제해 주세요.</translation>
    </message>
    <message>
        <source>This amount is more than a phone number and PIN may pay here.</source>
        <translation>여기서 전화번호와 PIN으로 결제할 수 있는 금액을 넘었습니다.</translation>
    </message>
    <message>
        <source>Pay with your face, or pay the staff in person.</source>
        <translation>얼굴로 결제하시거나 직원에게 직접 결제해 주세요.</translation>
    </message>
    <message>
        <source>This amount is more than you have set for one payment.</source>
        <translation>본인이 설정한 1회 결제 한도를 넘었습니다.</translation>
    </message>
    <message>
        <source>Take something out of the cart, or ask the staff to raise your limit.</source>
        <translation>장바구니에서 일부를 빼시거나 직원에게 한도 조정을 요청해 주세요.</translation>
    </message>
    <message>
        <source>This amount is more than you may still pay within 24 hours.</source>
        <translation>24시간 동안 결제할 수 있는 남은 한도를 넘었습니다.</translation>
    </message>
    <message>
        <source>Pay the staff in person, or come back tomorrow.</source>
        <translation>직원에게 직접 결제하시거나 내일 다시 이용해 주세요.</translation>
    </message>
    <message>
        <source>You have asked that no face pays from your account.</source>
        <translation>얼굴 결제를 사용하지 않도록 설정하셨습니다.</translation>
    </message>
    <message>
        <source>Pay with your phone number and PIN.</source>
        <translation>전화번호와 PIN으로 결제해 주세요.</translation>
    </message>
    <message>
        <source>So many people have an account here that a face does not say enough.</source>
        <translation>등록된 분이 많아 얼굴만으로는 구별하기 어렵습니다.</translation>
    </message>
    <message>
        <source>This amount is more than a face may pay on this till.</source>
        <translation>이 계산대에서 얼굴로 결제할 수 있는 금액을 넘었습니다.</translation>
    </message>
    <message>
        <source>Pay with your phone number and PIN, or ask the staff.</source>
        <translation>전화번호와 PIN으로 결제하시거나 직원에게 문의해 주세요.</translation>
    </message>
    <message>
        <source>An article in the cart has just run out.</source>
        <translation>장바구니의 상품이 방금 품절되었습니다.</translation>
    </message>
    <message>
        <source>Go back to the cart, which shows what is left, and take fewer.</source>
        <translation>장바구니로 돌아가 남은 수량을 확인하고 줄여 주세요.</translation>
    </message>
    <message>
        <source>A live home takes payment from cameras alone, never from a file.</source>
        <translation>실제 매장에서는 카메라로만 결제할 수 있으며 파일은 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Name a camera, or use a demo home: `facetill init --mode demo`.</source>
        <translation>카메라를 지정하거나 체험용 홈을 사용하세요: `facetill init --mode demo`.</translation>
    </message>
    <message>
        <source>The till met a fault of its own; nothing was charged.</source>
        <translation>계산대에 문제가 생겼습니다. 결제되지 않았습니다.</translation>
    </message>
    <message>
        <source>Call the staff, who find more in the log.</source>
        <translation>직원을 불러 주세요. 자세한 내용은 기록에 있습니다.</translation>
    </message>
</context>
<context>
    <name>RefusedPage</name>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Phone number and PIN</source>
        <translation>전화번호와 PIN</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>직원 호출</translation>
    </message>
    <message>
        <source>Back to the cart</source>
        <translation>장바구니로 돌아가기</translation>
    </message>
    <message>
        <source>Pay with my face</source>
        <translation>얼굴로 결제</translation>
    </message>
    <message>
        <source>Your cart is still here: {items}, {amount}. Nothing was charged.</source>
        <translation>장바구니는 그대로 있습니다: {items}, {amount}. 결제되지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>Please check your cart</source>
        <translation>장바구니를 확인해 주세요</translation>
    </message>
    <message>
        <source>Change the cart</source>
        <translation>장바구니 수정</translation>
    </message>
    <message>
        <source>Choose how to pay</source>
        <translation>결제 방법 선택</translation>
    </message>
</context>
<context>
    <name>SettingsSheet</name>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>소리</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끄기</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>작게</translation>
    </message>
    <message>
        <source>Loud</source>
        <translation>크게</translation>
    </message>
    <message>
        <source>The shop&apos;s language</source>
        <translation>매장 기본 언어</translation>
    </message>
    <message>
        <source>This till</source>
        <translation>이 계산대</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열림</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>닫힘</translation>
    </message>
    <message>
        <source>Leave the kiosk</source>
        <translation>키오스크 종료</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>카메라</translation>
    </message>
    <message>
        <source>There is no camera to choose on this till.</source>
        <translation>이 계산대에는 선택할 카메라가 없습니다.</translation>
    </message>
    <message>
        <source>What the camera sees</source>
        <translation>카메라 화면</translation>
    </message>
    <message>
        <source>That camera gives no picture: {why}</source>
        <translation>카메라 화면이 나오지 않습니다: {why}</translation>
    </message>
</context>
<context>
    <name>StaffSheet</name>
    <message>
        <source>Staff</source>
        <translation>직원</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>로그인</translation>
    </message>
    <message>
        <source>Staff id: {id}</source>
        <translation>직원 ID: {id}</translation>
    </message>
    <message>
        <source>PIN: {dots}</source>
        <translation>PIN: {dots}</translation>
    </message>
    <message>
        <source>PIN, {count} digits typed</source>
        <translation>PIN, {count}자리 입력됨</translation>
    </message>
    <message>
        <source>Too many wrong PINs. Wait a little, then try again.</source>
        <translation>PIN을 여러 번 잘못 입력했습니다. 잠시 후 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>That is not the PIN of this staff id.</source>
        <translation>직원 ID와 PIN이 맞지 않습니다.</translation>
    </message>
</context>
<context>
    <name>Sums</name>
    <message>
        <source>Total</source>
        <translation>합계</translation>
    </message>
    <message>
        <source>Tax {name}, {rate}, included</source>
        <translation>세금 {name}, {rate}, 포함</translation>
    </message>
    <message>
        <source>Tax {name}, {rate}</source>
        <translation>세금 {name}, {rate}</translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>{count} in the cart</source>
        <translation>장바구니에 {count}개</translation>
    </message>
</context>
<context>
    <name>WarningSheet</name>
    <message>
        <source>Are you still there?</source>
        <translation>아직 계신가요?</translation>
    </message>
    <message>
        <source>I need more time</source>
        <translation>시간이 더 필요해요</translation>
    </message>
    <message>
        <source>This screen closes in {seconds} seconds.</source>
        <translation>{seconds}초 후에 화면이 닫힙니다.</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Look at the camera</source>
        <translation>카메라를 봐 주세요</translation>
    </message>
    <message>
        <source>Blink once</source>
        <translation>눈을 한 번 깜박여 주세요</translation>
    </message>
    <message>
        <source>Turn your head to the left</source>
        <translation>고개를 왼쪽으로 돌려 주세요</translation>
    </message>
    <message>
        <source>Turn your head to the right</source>
        <translation>고개를 오른쪽으로 돌려 주세요</translation>
    </message>
    <message>
        <source>Open your mouth</source>
        <translation>입을 벌려 주세요</translation>
    </message>
    <message>
        <source>Come nearer</source>
        <translation>가까이 와 주세요</translation>
    </message>
    <message>
        <source>Step back</source>
        <translation>뒤로 물러나 주세요</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>잠시 움직이지 마세요</translation>
    </message>
    <message>
        <source>I cannot see a face. Come into the oval.</source>
        <translation>얼굴이 보이지 않습니다. 타원 안으로 들어와 주세요.</translation>
    </message>
    <message>
        <source>I see more than one face. One person at a time, please.</source>
        <translation>얼굴이 두 개 이상 보입니다. 한 분씩 이용해 주세요.</translation>
    </message>
    <message>
        <source>Come a little nearer.</source>
        <translation>조금 더 가까이 와 주세요.</translation>
    </message>
    <message>
        <source>Step back a little.</source>
        <translation>조금 뒤로 가 주세요.</translation>
    </message>
    <message>
        <source>It is too dark. Turn towards the light.</source>
        <translation>너무 어둡습니다. 밝은 쪽을 향해 주세요.</translation>
    </message>
    <message>
        <source>It is too bright. Turn away from the light.</source>
        <translation>너무 밝습니다. 빛을 등지지 말고 조금 돌아서 주세요.</translation>
    </message>
    <message>
        <source>The picture is blurred. Keep still for a moment.</source>
        <translation>화면이 흐립니다. 잠시 움직이지 마세요.</translation>
    </message>
    <message>
        <source>Move into the middle of the oval.</source>
        <translation>타원 가운데로 와 주세요.</translation>
    </message>
    <message>
        <source>The camera gives no picture. Please call staff.</source>
        <translation>카메라 화면이 나오지 않습니다. 직원을 불러 주세요.</translation>
    </message>
    <message>
        <source>These are not the digits. Please try again.</source>
        <translation>번호가 맞지 않습니다. 다시 입력해 주세요.</translation>
    </message>
    <message>
        <source>That PIN is not right. Please try again.</source>
        <translation>PIN이 맞지 않습니다. 다시 입력해 주세요.</translation>
    </message>
    <message>
        <source>That is not right. Please try again.</source>
        <translation>맞지 않습니다. 다시 입력해 주세요.</translation>
    </message>
    <message>
        <source>This shop does not know that code.</source>
        <translation>이 매장에 없는 코드입니다.</translation>
    </message>
    <message>
        <source>There is no such coupon here.</source>
        <translation>없는 쿠폰입니다.</translation>
    </message>
    <message>
        <source>Something has run out. Please take fewer.</source>
        <translation>품절된 상품이 있습니다. 수량을 줄여 주세요.</translation>
    </message>
    <message>
        <source>There is nothing to pay.</source>
        <translation>결제할 금액이 없습니다.</translation>
    </message>
    <message>
        <source>A price has just changed. Please look once more.</source>
        <translation>방금 가격이 바뀌었습니다. 다시 한번 확인해 주세요.</translation>
    </message>
    <message>
        <source>{name} is not valid yet.</source>
        <translation>{name}: 아직 사용할 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} is no longer valid.</source>
        <translation>{name}: 기간이 지났습니다.</translation>
    </message>
    <message>
        <source>{name} needs a larger purchase.</source>
        <translation>{name}: 최소 구매 금액이 부족합니다.</translation>
    </message>
    <message>
        <source>{name} is for nothing in this cart.</source>
        <translation>{name}: 장바구니에 해당 상품이 없습니다.</translation>
    </message>
    <message>
        <source>{name} does not go together with another offer.</source>
        <translation>{name}: 다른 할인과 함께 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} takes nothing off.</source>
        <translation>{name}: 할인되는 금액이 없습니다.</translation>
    </message>
    <message>
        <source>{name} has run out.</source>
        <translation>{name}: 품절되었습니다.</translation>
    </message>
    <message>
        <source>Only {count} of {name} are left.</source>
        <translation>{name}: {count}개만 남았습니다.</translation>
    </message>
    <message>
        <source>Call the staff; your cart is kept.</source>
        <translation>직원을 불러 주세요. 장바구니는 그대로 있습니다.</translation>
    </message>
    <message>
        <source>Your balance is not enough for this cart.</source>
        <translation>잔액이 부족합니다.</translation>
    </message>
    <message>
        <source>Ask the staff to top it up, or take something out of the cart.</source>
        <translation>직원에게 충전을 요청하시거나 장바구니에서 일부를 빼 주세요.</translation>
    </message>
    <message>
        <source>The payment could not be booked; nothing was charged.</source>
        <translation>결제를 기록하지 못했습니다. 결제되지 않았습니다.</translation>
    </message>
    <message>
        <source>This till is not ready to take payments.</source>
        <translation>이 계산대는 아직 결제할 수 없습니다.</translation>
    </message>
    <message>
        <source>The recording cannot be read.</source>
        <translation>녹화를 읽을 수 없습니다.</translation>
    </message>
</context>
<context>
    <name>_Brand</name>
    <message>
        <source>Facetill. Staff: hold for two seconds</source>
        <translation>Facetill. 직원: 2초간 길게 누르기</translation>
    </message>
</context>
</TS>
